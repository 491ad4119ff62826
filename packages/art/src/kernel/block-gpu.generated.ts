/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const blockShader = `

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn leafUnder_(s_0: i32, n_1: i32, x_2: i32, y_3: i32) -> i32 {
  var cuts_4: i32 = ((s_0) + (20));
  var cutsAt_5: i32 = memory[(cuts_4) >> 2u];
  var node_6: i32 = n_1;
  {
    loop {
      if (!(((node_6) >= (0)))) { break; }
      var cut_7: i32 = ((cutsAt_5) + (((node_6) << u32(4))));
      node_6 = select(memory[(((cut_7) + (12))) >> 2u], memory[(((cut_7) + (8))) >> 2u], ((select(y_3, x_2, ((memory[(cut_7) >> 2u]) == (0)))) < (memory[(((cut_7) + (4))) >> 2u])));
      continuing {
      }
    }
  }
  return ((i32(-1)) - (node_6));
}

fn square_(x_0: i32) -> i32 {
  return ((x_0) * (x_0));
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn inArch_(du_0: i32, dv_1: i32, radius_2: i32) -> bool {
  return select(((((square_(du_0)) + (square_(dv_1)))) < (((radius_2) * (radius_2)))), (((du_0) < (radius_2)) && ((du_0) > (((0) - (radius_2))))), ((dv_1) > (0)));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn root_(n_0: i32) -> i32 {
  var rest_1: i32 = n_0;
  var result_2: i32 = 0;
  {
    var bit_3: i32 = 1073741824;
    loop {
      if (!(((bit_3) != (0)))) { break; }
      var trial_4: i32 = ((result_2) + (bit_3));
      result_2 = ((result_2) >> u32(1));
      if (((rest_1) >= (trial_4))) {
        rest_1 = ((rest_1) - (trial_4));
        result_2 = ((result_2) + (bit_3));
      }
      continuing {
        bit_3 = bitcast<i32>(bitcast<u32>(bit_3) >> u32(2));
      }
    }
  }
  return result_2;
}

fn carveMotif3_(b_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 4>>) {
  (*out_3)[0] = memory[(((b_0) + (32))) >> 2u];
  if (((memory[(((b_0) + (20))) >> 2u]) == (5))) {
    return;
  }
  var w_4: i32 = ((memory[(((b_0) + (8))) >> 2u]) - (memory[(b_0) >> 2u]));
  var h_5: i32 = ((memory[(((b_0) + (12))) >> 2u]) - (memory[(((b_0) + (4))) >> 2u]));
  var u_6: i32 = ((x_1) - (memory[(b_0) >> 2u]));
  var v_7: i32 = ((y_2) - (memory[(((b_0) + (4))) >> 2u]));
  var flipX_8: bool = ((((memory[(((b_0) + (24))) >> 2u]) & (1))) == (1));
  var flipY_9: bool = ((((memory[(((b_0) + (24))) >> 2u]) & (2))) == (2));
  if (flipX_8) {
    u_6 = ((w_4) - (u_6));
  }
  if ((flipY_9 && ((memory[(((b_0) + (20))) >> 2u]) != (2)))) {
    v_7 = ((h_5) - (v_7));
  }
  var n_10: i32 = min(w_4, h_5);
  var subject_11: i32 = memory[(((b_0) + (20))) >> 2u];
  if (((subject_11) == (0))) {
    if (((((((u_6) * (u_6))) + (((v_7) * (v_7))))) < (((n_10) * (n_10))))) {
      (*out_3)[1] = 1;
      (*out_3)[0] = ((memory[(((b_0) + (32))) >> 2u]) >> u32(1));
    }
    return;
  } else {
    if (((subject_11) == (1))) {
      var r_52: i32 = ((((n_10) * (3))) >> u32(3));
      if (((((square_(((u_6) - (((w_4) >> u32(1)))))) + (square_(((v_7) - (((h_5) >> u32(1)))))))) < (((r_52) * (r_52))))) {
        (*out_3)[1] = 1;
        (*out_3)[0] = select(((memory[(((b_0) + (32))) >> 2u]) + (420)), ((memory[(((b_0) + (32))) >> 2u]) >> u32(1)), ((((memory[(((b_0) + (28))) >> 2u]) & (1))) == (1)));
      }
      return;
    } else {
      if (((subject_11) == (2))) {
        var r_47: i32 = ((((n_10) * (5))) >> u32(4));
        var du_48: i32 = ((u_6) - (((w_4) >> u32(1))));
        var spring_49: i32 = ((h_5) - (mul_(n_10, 4600)));
        var inner_50: i32 = ((((r_47) * (5))) >> u32(3));
        var dv_51: i32 = ((v_7) - (spring_49));
        if (inArch_(du_48, dv_51, r_47)) {
          (*out_3)[1] = 1;
          (*out_3)[0] = mul_(memory[(((b_0) + (32))) >> 2u], 5200);
          if (inArch_(du_48, dv_51, inner_50)) {
            (*out_3)[1] = 2;
            (*out_3)[0] = ((memory[(((b_0) + (32))) >> 2u]) >> u32(2));
          }
        }
        return;
      } else {
        if (((subject_11) == (3))) {
          var d_45: i32 = ((((u_6) * (u_6))) + (((v_7) * (v_7))));
          var k_46: i32 = 0;
          {
            loop {
              if (!((((k_46) < (memory[(((b_0) + (28))) >> 2u])) && ((square_(((((n_10) * (((k_46) + (1))))) / (memory[(((b_0) + (28))) >> 2u])))) <= (d_45))))) { break; }
              k_46 = ((k_46) + (1));
              continuing {
              }
            }
          }
          if (((k_46) < (memory[(((b_0) + (28))) >> 2u]))) {
            (*out_3)[1] = ((k_46) & (1));
            (*out_3)[0] = ((memory[(((b_0) + (32))) >> 2u]) - (mul_(memory[(((b_0) + (32))) >> 2u], ((((memory[(((b_0) + (28))) >> 2u]) - (k_46))) * (760)))));
          }
          return;
        } else {
          if (((subject_11) == (4))) {
            var along_42: i32 = select(v_7, u_6, ((w_4) > (h_5)));
            var steps_43: i32 = ((memory[(((b_0) + (28))) >> 2u]) + (1));
            var k_44: i32 = clamp_(((((along_42) * (steps_43))) / (max(w_4, h_5))), 0, ((steps_43) - (1)));
            (*out_3)[0] = ((mul_(memory[(((b_0) + (32))) >> 2u], 1600)) + (((((mul_(memory[(((b_0) + (32))) >> 2u], 6500)) * (k_44))) / (steps_43))));
            return;
          } else {
            if (((subject_11) == (6))) {
              var wide_35: bool = ((w_4) < (h_5));
              var side_36: i32 = select(h_5, w_4, wide_35);
              var flutes_37: i32 = ((memory[(((b_0) + (28))) >> 2u]) + (1));
              var pitch_38: i32 = ((side_36) / (flutes_37));
              var place_39: i32 = clamp_(((select(v_7, u_6, wide_35)) % (max(1, pitch_38))), 0, pitch_38);
              var t_40: i32 = ((((((((2) * (place_39))) - (pitch_38))) * (8192))) / (max(1, pitch_38)));
              (*out_3)[0] = ((memory[(((b_0) + (32))) >> 2u]) - (mul_(mul_(t_40, t_40), 300)));
              var slope_41: i32 = mul_(t_40, i32(-7600));
              if (wide_35) {
                (*out_3)[2] = select(((0) - (slope_41)), slope_41, flipX_8);
              } else {
                (*out_3)[3] = select(((0) - (slope_41)), slope_41, flipY_9);
              }
              return;
            } else {
              if (((subject_11) == (7))) {
                var r_26: i32 = ((((n_10) * (3))) >> u32(3));
                var du_27: i32 = ((u_6) - (((w_4) >> u32(1))));
                var dv_28: i32 = ((v_7) - (((h_5) >> u32(1))));
                var rest_29: i32 = ((((((r_26) * (r_26))) - (((du_27) * (du_27))))) - (((dv_28) * (dv_28))));
                if (((rest_29) > (0))) {
                  (*out_3)[1] = 1;
                  var rise_30: i32 = root_(rest_29);
                  var hollow_31: bool = ((((memory[(((b_0) + (28))) >> 2u]) & (1))) == (1));
                  (*out_3)[0] = select(((memory[(((b_0) + (32))) >> 2u]) + (((rise_30) >> u32(2)))), ((memory[(((b_0) + (32))) >> 2u]) - (((rise_30) >> u32(2)))), hollow_31);
                  var sx_32: i32 = ((((du_27) * (8192))) / (r_26));
                  var sy_33: i32 = ((((dv_28) * (8192))) / (r_26));
                  var k_34: i32 = select(7000, i32(-7000), hollow_31);
                  (*out_3)[2] = mul_(select(sx_32, ((0) - (sx_32)), flipX_8), k_34);
                  (*out_3)[3] = mul_(select(sy_33, ((0) - (sy_33)), flipY_9), k_34);
                }
                return;
              } else {
                if (((subject_11) == (8))) {
                  var columns_19: i32 = clamp_(((((((((w_4) * (2))) + (n_10))) / (((n_10) * (2))))) + (((memory[(((b_0) + (28))) >> 2u]) >> u32(2)))), 1, 5);
                  var rows_20: i32 = clamp_(((((((((h_5) * (2))) + (n_10))) / (((n_10) * (2))))) + (((memory[(((b_0) + (28))) >> 2u]) >> u32(2)))), 1, 5);
                  var cu_21: i32 = ((w_4) / (columns_19));
                  var cv_22: i32 = ((h_5) / (rows_20));
                  var pu_23: i32 = ((u_6) % (max(1, cu_21)));
                  var pv_24: i32 = ((v_7) % (max(1, cv_22)));
                  var edge_25: i32 = ((min(cu_21, cv_22)) >> u32(2));
                  if ((((((((pu_23) > (edge_25)) && ((pu_23) < (((cu_21) - (edge_25))))) && ((pv_24) > (edge_25))) && ((pv_24) < (((cv_22) - (edge_25))))) && ((u_6) < (((cu_21) * (columns_19))))) && ((v_7) < (((cv_22) * (rows_20)))))) {
                    (*out_3)[1] = 1;
                    (*out_3)[0] = ((memory[(((b_0) + (32))) >> 2u]) >> u32(1));
                  }
                  return;
                } else {
                  if (((subject_11) == (9))) {
                    if (((((((u_6) * (8192))) / (w_4))) > (((((v_7) * (8192))) / (h_5))))) {
                      (*out_3)[1] = 1;
                      (*out_3)[0] = ((memory[(((b_0) + (32))) >> 2u]) - (mul_(memory[(((b_0) + (32))) >> 2u], 2800)));
                    }
                    return;
                  } else {
                    if (((subject_11) == (10))) {
                      var r_15: i32 = ((((n_10) * (7))) >> u32(4));
                      var du_16: i32 = ((u_6) - (((w_4) >> u32(1))));
                      var upper_17: bool = ((v_7) < (((h_5) >> u32(1))));
                      var dv_18: i32 = select(((((v_7) - (h_5))) + (((h_5) >> u32(4)))), ((((v_7) - (((h_5) >> u32(1))))) + (((r_15) >> u32(4)))), upper_17);
                      if ((((dv_18) <= (0)) && ((((square_(du_16)) + (square_(dv_18)))) < (((r_15) * (r_15)))))) {
                        (*out_3)[1] = 1;
                        (*out_3)[0] = ((memory[(((b_0) + (32))) >> 2u]) >> u32(1));
                      }
                      return;
                    } else {
                      if (((subject_11) == (11))) {
                        var m_12: i32 = max(max(((((2) * (u_6))) - (w_4)), ((0) - (((((2) * (u_6))) - (w_4))))), max(((((2) * (v_7))) - (h_5)), ((0) - (((((2) * (v_7))) - (h_5))))));
                        var steps_13: i32 = memory[(((b_0) + (28))) >> 2u];
                        var k_14: i32 = clamp_(((((((max(w_4, h_5)) - (m_12))) * (steps_13))) / (max(w_4, h_5))), 0, ((steps_13) - (1)));
                        (*out_3)[1] = select(0, 1, ((k_14) == (((steps_13) - (1)))));
                        (*out_3)[0] = select(max(60, ((memory[(((b_0) + (32))) >> 2u]) - (((k_14) * (230))))), ((memory[(((b_0) + (32))) >> 2u]) + (((k_14) * (190)))), ((((memory[(((b_0) + (28))) >> 2u]) & (1))) == (1)));
                        return;
                      } else {
                        return;
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

fn coarseOf_(x_0: i32) -> i32 {
  return clamp_(((((x_0) + (8256))) >> u32(7)), 0, 128);
}

fn hidden_(s_0: i32, x_1: i32, y_2: i32, ray_3: i32, k_4: i32) -> i32 {
  return select(k_4, memory[(((236) + (((k_4) << u32(2))))) >> 2u], ((memory[(((memory[(((s_0) + (72))) >> 2u]) + (((((((coarseOf_(y_2)) * (129))) + (coarseOf_(x_1)))) << u32(2))))) >> 2u]) <= (ray_3)));
}

fn heightAt_(s_0: i32, x_1: i32, y_2: i32) -> i32 {
  var heights_3: i32 = ((s_0) + (64));
  var heightsAt_4: i32 = memory[(heights_3) >> 2u];
  var u_5: i32 = clamp_(((x_1) + (8256)), 0, 16448);
  var v_6: i32 = clamp_(((y_2) + (8256)), 0, 16448);
  var k_7: i32 = ((((((v_6) >> u32(5))) * (516))) + (((u_5) >> u32(5))));
  var fx_8: i32 = ((u_5) & (31));
  var a_9: i32 = ((((memory[(((heightsAt_4) + (((k_7) << u32(2))))) >> 2u]) * (((32) - (fx_8))))) + (((memory[(((((heightsAt_4) + (((k_7) << u32(2))))) + (4))) >> 2u]) * (fx_8))));
  var b_10: i32 = ((((memory[(((((heightsAt_4) + (((k_7) << u32(2))))) + (2064))) >> 2u]) * (((32) - (fx_8))))) + (((memory[(((((heightsAt_4) + (((k_7) << u32(2))))) + (2068))) >> 2u]) * (fx_8))));
  return ((((((a_9) * (((32) - (((v_6) & (31))))))) + (((b_10) * (((v_6) & (31))))))) >> u32(10));
}

fn shadowAt_(s_0: i32, x_1: i32, y_2: i32, height_3: i32) -> i32 {
  var most_4: i32 = 0;
  var k_5: i32 = 0;
  {
    loop {
      if (!(((k_5) < (memory[(68) >> 2u])))) { break; }
      var d_6: i32 = memory[(((72) + (((k_5) << u32(2))))) >> 2u];
      var ray_7: i32 = ((height_3) + (mul_(d_6, memory[(((s_0) + (44))) >> 2u])));
      if (((ray_7) >= (memory[(((s_0) + (48))) >> 2u]))) {
        return most_4;
      }
      var tx_8: i32 = ((x_1) + (mul_(memory[(((s_0) + (36))) >> 2u], d_6)));
      var ty_9: i32 = ((y_2) + (mul_(memory[(((s_0) + (40))) >> 2u], d_6)));
      var next_10: i32 = hidden_(s_0, tx_8, ty_9, ray_7, k_5);
      if (((next_10) > (k_5))) {
        k_5 = next_10;
      } else {
        k_5 = ((k_5) + (1));
        var over_11: i32 = ((heightAt_(s_0, tx_8, ty_9)) - (ray_7));
        if (((over_11) > (0))) {
          most_4 = min(8192, max(most_4, ((((over_11) * (8192))) / (((40) + (((d_6) >> u32(2))))))));
        }
        if (((most_4) == (8192))) {
          return most_4;
        }
      }
      continuing {
      }
    }
  }
  return most_4;
}

fn leafNear_(s_0: i32, n_1: i32, x_2: i32, y_3: i32) -> i32 {
  if (!(onPlate_(s_0, x_2, y_3))) {
    return i32(-1);
  }
  var x0_4: i32 = memory[(((memory[(((s_0) + (12))) >> 2u]) + (((n_1) * (56))))) >> 2u];
  var y0_5: i32 = memory[(((((memory[(((s_0) + (12))) >> 2u]) + (((n_1) * (56))))) + (4))) >> 2u];
  var x1_6: i32 = memory[(((((memory[(((s_0) + (12))) >> 2u]) + (((n_1) * (56))))) + (8))) >> 2u];
  var y1_7: i32 = memory[(((((memory[(((s_0) + (12))) >> 2u]) + (((n_1) * (56))))) + (12))) >> 2u];
  return select(leafUnder_(s_0, memory[(((s_0) + (28))) >> 2u], x_2, y_3), n_1, (((((x_2) >= (x0_4)) && ((x_2) < (x1_6))) && ((y_3) >= (y0_5))) && ((y_3) < (y1_7))));
}

fn heightOf4_(s_0: i32, n_1: i32, x_2: i32, y_3: i32, surface_4: ptr<function, array<i32, 4>>) -> i32 {
  if (((n_1) < (0))) {
    return 0;
  }
  carveMotif3_(((memory[(((s_0) + (12))) >> 2u]) + (((n_1) * (56)))), x_2, y_3, surface_4);
  return (*surface_4)[0];
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn blend0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32, t_2: i32) {
  var colourAt_3: i32 = memory[(colour_1) >> 2u];
  var L_4: i32 = (*out_0)[0];
  var a_5: i32 = (*out_0)[1];
  var b_6: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_4) + (((((((memory[(colourAt_3) >> 2u]) - (L_4))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_5) + (((((((memory[(((colourAt_3) + (4))) >> 2u]) - (a_5))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_6) + (((((((memory[(((colourAt_3) + (8))) >> 2u]) - (b_6))) * (t_2))) >> u32(13))));
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn panels6_(x_0: i32, y_1: i32, w_2: i32, h_3: i32, lx_4: i32, ly_5: i32, out_6: ptr<function, array<i32, 3>>) {
  var pw_7: i32 = ((w_2) / (((((w_2) + (1700))) / (3400))));
  var ph_8: i32 = ((h_3) / (((((h_3) + (1700))) / (3400))));
  var u_9: i32 = ((x_0) % (pw_7));
  var v_10: i32 = ((y_1) % (ph_8));
  var side_11: i32 = min(min(min(u_9, v_10), ((pw_7) - (u_9))), ((ph_8) - (v_10)));
  if (((((((side_11) < (14)) && ((x_0) > (40))) && ((y_1) > (40))) && ((((w_2) - (x_0))) > (40))) && ((((h_3) - (y_1))) > (40)))) {
    dim0_(out_6, 7572);
  }
  var tu_12: i32 = ((min(u_9, ((pw_7) - (u_9)))) - (((pw_7) >> u32(2))));
  var tv_13: i32 = ((min(v_10, ((ph_8) - (v_10)))) - (((ph_8) >> u32(2))));
  if (((((((tu_12) * (tu_12))) + (((tv_13) * (tv_13))))) < (2500))) {
    dim0_(out_6, ((((6692) + (mul_(lx_4, ((tu_12) << u32(4)))))) + (mul_(ly_5, ((tv_13) << u32(4))))));
  }
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((420) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((420) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((420) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((420) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn fractal_(x_0: i32, y_1: i32, seed_2: i32, octaves_3: i32) -> i32 {
  var sum_4: i32 = 0;
  var px_5: i32 = x_0;
  var py_6: i32 = y_1;
  {
    var k_7: i32 = 0;
    loop {
      if (!(((k_7) < (octaves_3)))) { break; }
      sum_4 = ((sum_4) + (((noise_(px_5, py_6, ((seed_2) + (((k_7) * (17)))))) >> u32(k_7))));
      px_5 = ((((px_5) << u32(1))) + (1237));
      py_6 = ((((py_6) << u32(1))) - (911));
      continuing {
        k_7 = ((k_7) + (1));
      }
    }
  }
  return sum_4;
}

fn shadeLeaf9_(s_0: i32, b_1: i32, x_2: i32, y_3: i32, part_4: i32, lean_5: i32, dark_6: i32, fall_7: i32, seam_8: bool, out_9: ptr<function, array<i32, 3>>) {
  var lattice_10: i32 = memory[(((s_0) + (32))) >> 2u];
  var lx_11: i32 = memory[(((s_0) + (36))) >> 2u];
  var ly_12: i32 = memory[(((s_0) + (40))) >> 2u];
  var x0_13: i32 = memory[(b_1) >> 2u];
  var y0_14: i32 = memory[(((b_1) + (4))) >> 2u];
  var x1_15: i32 = memory[(((b_1) + (8))) >> 2u];
  var y1_16: i32 = memory[(((b_1) + (12))) >> 2u];
  var seed_17: i32 = memory[(((b_1) + (16))) >> 2u];
  paint0_(out_9, select(((b_1) + (48)), ((b_1) + (40)), ((part_4) == (0))));
  if (((part_4) == (2))) {
    blend0_(out_9, ((s_0) + (56)), 1500);
  }
  if (((lean_5) < (0))) {
    dim0_(out_9, ((8192) + (mul_(lean_5, ((5600) - (((dark_6) >> u32(2))))))));
  } else {
    if (((lean_5) > (0))) {
      blend0_(out_9, 392, mul_(lean_5, ((3600) - (mul_(dark_6, 3600)))));
    }
  }
  dim0_(out_9, ((8192) - (mul_(dark_6, 2700))));
  if (((dark_6) > (0))) {
    (*out_9)[2] = (((*out_9)[2]) - (mul_(dark_6, 46)));
  }
  if (((fall_7) > (130))) {
    blend0_(out_9, 392, min(2100, ((700) + (((fall_7) >> u32(1))))));
  }
  if (seam_8) {
    dim0_(out_9, 7292);
  }
  var w_18: i32 = ((x1_15) - (x0_13));
  var h_19: i32 = ((y1_16) - (y0_14));
  if (((((memory[(((b_1) + (20))) >> 2u]) == (5)) && ((w_18) > (3000))) && ((h_19) > (3000)))) {
    panels6_(((x_2) - (x0_13)), ((y_3) - (y0_14)), w_18, h_19, lx_11, ly_12, out_9);
  }
  var gx_20: i32 = ((((((((x_2) - (x0_13))) * (2048))) / (w_18))) - (1024));
  var gy_21: i32 = ((((((((y_3) - (y0_14))) * (2048))) / (h_19))) - (1024));
  (*out_9)[0] = (((*out_9)[0]) + (((((mul_(gx_20, lx_11)) + (mul_(gy_21, ly_12)))) >> u32(3))));
  var odd_22: bool = ((((seed_17) & (1))) == (1));
  var boards_23: i32 = noise_(select(((x_2) * (30)), ((x_2) << u32(1)), odd_22), select(((y_3) << u32(1)), ((y_3) * (30)), odd_22), ((lattice_10) + (seed_17)));
  var cloud_24: i32 = fractal_(((x_2) * (3)), ((y_3) * (3)), ((lattice_10) + (seed_17)), 2);
  var fine_25: i32 = noise_(((x_2) * (46)), ((y_3) * (46)), ((lattice_10) + (5)));
  var pit_26: i32 = noise_(((x_2) * (19)), ((y_3) * (19)), ((lattice_10) + (9)));
  (*out_9)[0] = (((*out_9)[0]) + (mul_(((((((((cloud_24) >> u32(6))) + (((boards_23) >> u32(8))))) + (((fine_25) >> u32(7))))) + (select(0, i32(-110), ((pit_26) > (5600))))), memory[(((s_0) + (52))) >> 2u])));
}

fn shadeBlock3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var lx_4: i32 = memory[(((s_0) + (36))) >> 2u];
  var ly_5: i32 = memory[(((s_0) + (40))) >> 2u];
  var leaf_6: i32 = leafUnder_(s_0, memory[(((s_0) + (28))) >> 2u], x_1, y_2);
  var b_7: i32 = ((memory[(((s_0) + (12))) >> 2u]) + (((leaf_6) * (56))));
  var surface_8: array<i32, 4>;
  carveMotif3_(b_7, x_1, y_2, &surface_8);
  var height_9: i32 = surface_8[0];
  var part_10: i32 = surface_8[1];
  var lean_11: i32 = clamp_(((((mul_(surface_8[2], lx_4)) + (mul_(surface_8[3], ly_5)))) >> u32(1)), i32(-5200), 4200);
  var dark_12: i32 = shadowAt_(s_0, x_1, y_2, height_9);
  var bx_13: i32 = ((x_1) - (mul_(lx_4, 34)));
  var by_14: i32 = ((y_2) - (mul_(ly_5, 34)));
  var fall_15: i32 = select(0, ((height_9) - (heightOf4_(s_0, leafNear_(s_0, leaf_6, bx_13, by_14), bx_13, by_14, &surface_8))), ((dark_12) < (2000)));
  var sx_16: i32 = ((x_1) + (mul_(lx_4, 30)));
  var sy_17: i32 = ((y_2) + (mul_(ly_5, 30)));
  var beside_18: i32 = leafNear_(s_0, leaf_6, sx_16, sy_17);
  var seam_19: bool = (((beside_18) != (leaf_6)) && ((heightOf4_(s_0, beside_18, sx_16, sy_17, &surface_8)) <= (((height_9) + (60)))));
  shadeLeaf9_(s_0, b_7, x_1, y_2, part_10, lean_11, dark_12, fall_15, seam_19, out_3);
}

fn surroundBlock3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var dark_4: i32 = shadowAt_(s_0, x_1, y_2, 0);
  if (((dark_4) > (0))) {
    dim0_(out_3, ((8192) - (mul_(dark_4, 2100))));
  }
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeBlock3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundBlock3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
